/** The address of a handover: `#/handover/{id}`; anything else is the queue. */

const PATTERN = /^#\/handover\/([^/]+)$/;

export const QUEUE_HASH = '#/';

export function handoverHash(id: string): string {
  return `#/handover/${encodeURIComponent(id)}`;
}

export function readHash(hash: string): string | null {
  const encoded = PATTERN.exec(hash)?.[1];
  if (encoded === undefined) {
    return null;
  }
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}
