/** The conversation for the citizen to keep: as a text that can be read anywhere, or as data. */

import type { ConversationEvent, MessageEvent } from './model';
import type { Texts } from './texts';

/** Who a message is from, in the words that stand above it. */
export function authorOf(message: Pick<MessageEvent, 'author' | 'name' | 'automated'>, texts: Texts): string {
  switch (message.author) {
    case 'citizen':
      return texts.say('author_citizen');
    case 'caseworker':
      return message.name === null
        ? texts.say('author_person_unnamed')
        : texts.say('author_person', { name: message.name });
    case 'system':
      return texts.say('author_system');
    case 'bot':
      return texts.say('author_bot');
  }
}

/** The whole conversation as plain text, oldest first. */
export function asText(events: readonly ConversationEvent[], texts: Texts): string {
  const first = events[0];
  const title = first === undefined ? '' : texts.say('print_title', { date: texts.date(first.at) });
  const entries = events.map((event) =>
    event.type === 'message'
      ? `${authorOf(event, texts)}, ${texts.time(event.at)}:\n${event.text}`
      : (event.text ?? ''),
  );
  return [title, ...entries].filter((entry) => entry !== '').join('\n\n') + '\n';
}

/** Hands a file to the browser's downloads. */
export function download(name: string, type: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Safari reads the file a moment after the click.
  setTimeout(() => { URL.revokeObjectURL(url); }, 60_000);
}
