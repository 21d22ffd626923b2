import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Api } from '../src/api';
import { Chat } from '../src/chat';
import { readConfig, type Attributes } from '../src/config';
import { SessionStore } from '../src/session';
import { message, state } from './builders';
import { FakeServer } from './fake-server';

const API = 'https://bot.example';
const settle = () => vi.advanceTimersByTimeAsync(20);

describe('Chat', () => {
  let server: FakeServer;
  const chats: Chat[] = [];

  const newChat = (attributes: Attributes = { language: 'de' }, wishes: readonly string[] = ['de-DE']): Chat => {
    const config = readConfig(attributes, `${API}/widget.js`, 'https://county.example/');
    const chat = new Chat(config, { api: new Api(API, server.fetch), wishes });
    chats.push(chat);
    return chat;
  };

  const begun = async (): Promise<Chat> => {
    const chat = newChat();
    await chat.resume();
    chat.show();
    await settle();
    return chat;
  };

  const texts = (chat: Chat) => chat.timeline.messages.map(({ text }) => text);

  beforeEach(() => {
    vi.useFakeTimers();
    sessionStorage.clear();
    server = new FakeServer();
  });

  afterEach(() => {
    chats.splice(0).forEach((chat) => { chat.dispose(); });
    vi.useRealTimers();
  });

  it('asks the server for nothing until it is opened', async () => {
    await newChat().resume();
    expect(server.calls).toEqual([]);
  });

  it('begins with the disclosure', async () => {
    const chat = await begun();
    expect(texts(chat)).toEqual(['Sie schreiben mit einem Computerprogramm.']);
    expect(server.called('POST', '/conversations')[0]?.body).toEqual({ channel: 'web', language: 'de' });
  });

  it('begins one conversation, however often it is opened', async () => {
    const chat = await begun();
    chat.hide();
    chat.show();
    await settle();
    expect(server.called('POST', '/conversations')).toHaveLength(1);
  });

  it('takes the language of the browser where the page names none', async () => {
    const chat = newChat({}, ['ar-SY', 'de']);
    await chat.resume();
    expect(chat.texts.language).toBe('ar');
    expect(chat.texts.direction).toBe('rtl');
  });

  it('shows a message once, whether the reply or the event comes first', async () => {
    const chat = await begun();
    chat.send('Hallo');
    expect(chat.outbox.entries).toHaveLength(1);
    await settle();
    expect(chat.outbox.entries).toEqual([]);
    expect(texts(chat).filter((text) => text === 'Hallo')).toHaveLength(1);
  });

  it('loses and doubles nothing when the line breaks in mid-send', async () => {
    const chat = await begun();
    server.cut();
    server.down = true;
    chat.send('eins');
    chat.send('zwei');
    await vi.advanceTimersByTimeAsync(4000);
    expect(chat.interrupted).toBe(true);
    server.down = false;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(chat.interrupted).toBe(false);
    expect(chat.note).toBe('');
    expect(texts(chat).slice(1)).toEqual(['eins', 'zwei']);
    expect(server.events).toHaveLength(3);
  });

  it('does not mention an interruption that is soon over', async () => {
    const chat = await begun();
    server.cut();
    const seen: boolean[] = [];
    chat.addEventListener('change', () => seen.push(chat.interrupted));
    await vi.advanceTimersByTimeAsync(2500);
    expect(seen).not.toContain(true);
  });

  it('is the same after a reload, with the draft and what was not sent', async () => {
    const before = await begun();
    server.say('Antwort');
    await settle();
    server.down = true;
    before.send('unterwegs');
    before.write('angefangen');
    await settle();
    before.dispose();
    before.outbox.clear();
    server.down = false;
    const after = newChat();
    await after.resume();
    await settle();
    expect(after.open).toBe(true);
    expect(after.draft).toBe('angefangen');
    expect(texts(after)).toEqual(['Sie schreiben mit einem Computerprogramm.', 'Antwort', 'unterwegs']);
    expect(after.unread).toBe(0);
    expect(server.called('POST', '/conversations')).toHaveLength(1);
  });

  it('keeps the session for this tab only, and under its own server', async () => {
    await begun();
    expect(sessionStorage.length).toBe(1);
    expect(sessionStorage.key(0)).toBe(`kreislotse:${API}`);
    expect(localStorage.length).toBe(0);
    expect(new SessionStore('https://other.example').load()).toBeNull();
  });

  it('begins anew and says so when the conversation is gone', async () => {
    const chat = await begun();
    server.gone = true;
    chat.send('Hallo?');
    await settle();
    expect(server.called('POST', '/conversations')).toHaveLength(2);
    expect(chat.note).toBe(chat.texts.say('session_lost'));
    expect(texts(chat)).toEqual(['Sie schreiben mit einem Computerprogramm.']);
  });

  it('says who answers, as the events say it', async () => {
    const chat = await begun();
    server.change({ state: 'claimed', with: 'Frau Beispiel' });
    await settle();
    expect(chat.state).toMatchObject({ state: 'claimed', with: 'Frau Beispiel' });
    server.change({ state: 'bot' });
    await settle();
    expect(chat.state.state).toBe('bot');
  });

  it('is not set back by an old state that comes late', async () => {
    const chat = await begun();
    server.tell(state(5, { state: 'claimed' }));
    server.tell(state(4, { state: 'waiting' }));
    await settle();
    expect(chat.state.state).toBe('claimed');
  });

  it('counts what comes while it is closed', async () => {
    const chat = await begun();
    chat.hide();
    server.say('Noch etwas');
    await settle();
    expect(chat.unread).toBe(1);
    chat.show();
    expect(chat.unread).toBe(0);
  });

  it('shows that an answer is on its way until it is there', async () => {
    const chat = await begun();
    chat.send('Hallo');
    await settle();
    expect(chat.typing).toBe('bot');
    server.say('Guten Tag');
    await settle();
    expect(chat.typing).toBeNull();
  });

  it('forgets everything when it is erased here or in another tab', async () => {
    const chat = await begun();
    await chat.erase();
    expect(server.called('DELETE', '/conversations/c1')).toHaveLength(1);
    expect(chat.phase).toBe('erased');
    expect(chat.timeline.events).toEqual([]);
    expect(sessionStorage.length).toBe(0);
    await chat.begin();
    await settle();
    server.send('event: erased\ndata: {}\n\n');
    await settle();
    expect(chat.phase).toBe('erased');
  });

  it('holds what is written before the conversation has begun', async () => {
    server.refusals.push({ path: '/conversations', status: 503, error: { code: 'unavailable', message: 'Gleich.' } });
    const chat = newChat();
    await chat.resume();
    chat.show();
    await settle();
    expect(chat.phase).toBe('failed');
    expect(chat.note).toBe('Gleich.');
    void chat.begin();
    chat.send('schnell');
    await vi.advanceTimersByTimeAsync(3000);
    expect(texts(chat)).toContain('schnell');
  });

  it('tells a person that the citizen is writing, but not at every letter', async () => {
    const chat = await begun();
    chat.write('a');
    expect(server.called('POST', '/typing')).toHaveLength(0);
    server.change({ state: 'claimed' });
    await settle();
    chat.write('ab');
    chat.write('abc');
    expect(server.called('POST', '/typing')).toHaveLength(1);
  });

  it('guesses the office from what was talked about, else from the page', async () => {
    const chat = newChat({ language: 'de', office: 'jc' });
    await chat.resume();
    await chat.begin();
    expect(chat.likelyOffice).toBe('jc');
    server.tell(message(2, { service: 'kfz_ummeldung' }));
    await settle();
    expect(chat.likelyOffice).toBe('kfz');
  });

  it('works without any storage', async () => {
    const config = readConfig({ language: 'de' }, `${API}/widget.js`, 'https://county.example/');
    const chat = new Chat(config, { api: new Api(API, server.fetch), store: new SessionStore(API, null) });
    chats.push(chat);
    await chat.begin();
    expect(chat.phase).toBe('running');
  });
});
