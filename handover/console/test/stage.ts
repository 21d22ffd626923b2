/** Puts the whole console on a page, with the fake server behind it and a feed under control. */

import { StaffApi } from '../src/api';
import { ServerClock } from '../src/clock';
import { Desk } from '../src/desk';
import type { FeedListener } from '../src/feed';
import type { StaffEvent } from '../src/model';
import { ConsoleApp } from '../src/views/console-app';
import { NOW } from './builders';
import { FakeServer } from './fake-server';

export interface Stage {
  readonly app: ConsoleApp;
  readonly desk: Desk;
  readonly server: FakeServer;
  /** Brings what the server has told since the last time, as the feed would. */
  readonly catchUp: () => Promise<void>;
  readonly type: (event: StaffEvent) => void;
  readonly settle: () => Promise<void>;
  readonly button: (label: string) => HTMLButtonElement | undefined;
  readonly text: () => string;
}

export async function setStage(prepare: (server: FakeServer) => void, hash = '#/'): Promise<Stage> {
  document.body.replaceChildren();
  localStorage.clear();
  sessionStorage.clear();
  location.hash = hash;
  const server = new FakeServer();
  prepare(server);
  let listener: FeedListener | null = null;
  let ids = 0;
  const desk = new Desk({
    api: new StaffApi(server.fetch),
    clock: new ServerClock(() => Date.parse(NOW) + 65_000),
    openFeed: (given) => {
      listener = given;
      return {
        start: () => { given.onConnection('live'); },
        stop: () => undefined,
        retryNow: () => undefined,
      };
    },
    newId: () => `m-${String((ids += 1))}`,
    pause: () => Promise.resolve(),
  });
  const app = new ConsoleApp();
  document.body.append(app);
  app.desk = desk;
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      await app.updateComplete;
    }
  };
  const stage: Stage = {
    app,
    desk,
    server,
    catchUp: async () => {
      for (const event of server.feed.filter((e) => e.seq > desk.state.seq)) {
        listener?.onEvent(event);
      }
      await settle();
    },
    type: (event) => listener?.onEvent(event),
    settle,
    button: (label) =>
      [...document.querySelectorAll('button')].find((b) => b.textContent.trim() === label),
    text: () => (document.body.textContent).replaceAll(/\s+/g, ' '),
  };
  await desk.resume();
  await settle();
  return stage;
}

export function write(selector: string, text: string): void {
  const field = document.querySelector<HTMLInputElement | HTMLTextAreaElement>(selector);
  if (field === null) {
    throw new Error(`no field ${selector}`);
  }
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
}
