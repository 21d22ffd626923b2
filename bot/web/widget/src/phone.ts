/** Whether something can be a telephone number; the server has the last word. */

export function isPhone(text: string): boolean {
  const digits = text.replace(/\D/g, '');
  return /^\+?[\d\s()/.-]+$/.test(text) && digits.length >= 6 && digits.length <= 15;
}
