/** Random ids for messages, also on pages without TLS, where `randomUUID` is missing. */

export function newId(source: Partial<Crypto> = globalThis.crypto): string {
  if (source.randomUUID !== undefined) {
    return source.randomUUID();
  }
  const bytes = new Uint8Array(16);
  globalThis.crypto.getRandomValues(bytes);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
