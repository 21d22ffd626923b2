/** Entry: defines the elements and puts the chat on the page that loaded the script. */

import { readConfig, type Attributes } from './config';
import { Composer } from './views/composer';
import { KreislotseChat } from './views/kreislotse-chat';
import { PersonForm } from './views/person';

// Only while a classic script runs does the browser say which one it is.
const script = document.currentScript as HTMLScriptElement | null;

function place(): void {
  const found = document.querySelector<KreislotseChat>(KreislotseChat.tag);
  const chat = found ?? new KreislotseChat();
  const attributes = { ...attributesOf(script), ...attributesOf(chat) };
  chat.config = readConfig(attributes, script?.src ?? '', document.baseURI);
  if (found === null) {
    document.body.append(chat);
  }
}

function attributesOf(element: HTMLElement | null): Attributes {
  return Object.fromEntries(Object.entries(element?.dataset ?? {}));
}

/** `--kl-rem` becomes a length where it is set, so that everything below follows the reader's size. */
function registerUnit(): void {
  try {
    CSS.registerProperty({ name: '--kl-rem', syntax: '<length>', inherits: true, initialValue: '16px' });
  } catch {
    // Registered already by another copy of this script.
  }
}

// A page may load the script twice; the first one stays.
if (customElements.get(KreislotseChat.tag) === undefined) {
  registerUnit();
  for (const element of [Composer, PersonForm, KreislotseChat]) {
    customElements.define(element.tag, element);
  }
  if (document.readyState === 'loading') {
    document.addEventListener('DOMContentLoaded', place, { once: true });
  } else {
    place();
  }
}
