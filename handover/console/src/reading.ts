/** Remembers over a reload how far each conversation was read: numbers only, this tab only. */

const KEY = 'kreislotse.console.read';

export function loadReading(storage: Storage = sessionStorage): ReadonlyMap<string, number> {
  try {
    const stored = JSON.parse(storage.getItem(KEY) ?? '{}') as Record<string, unknown>;
    return new Map(
      Object.entries(stored).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
    );
  } catch {
    return new Map();
  }
}

export function saveReading(
  readUpTo: ReadonlyMap<string, number>,
  storage: Storage = sessionStorage,
): void {
  try {
    storage.setItem(KEY, JSON.stringify(Object.fromEntries(readUpTo)));
  } catch {
    // Without storage the unread counts start anew after a reload.
  }
}

export function forgetReading(storage: Storage = sessionStorage): void {
  try {
    storage.removeItem(KEY);
  } catch {
    // Nothing was stored then.
  }
}
