/** A WebSocket without a line: what is sent lies in `sent`, and the test answers. */

export class FakeSocket {
  static readonly opened: FakeSocket[] = [];
  readonly sent: unknown[] = [];
  readyState = WebSocket.CONNECTING as number;
  binaryType = 'blob';
  closed = false;
  onopen: () => void = () => undefined;
  onmessage: (event: { data: string }) => void = () => undefined;
  onclose: () => void = () => undefined;

  constructor(readonly url: string) {
    FakeSocket.opened.push(this);
  }

  static get last(): FakeSocket {
    const socket = this.opened.at(-1);
    if (socket === undefined) {
      throw new Error('No socket was opened.');
    }
    return socket;
  }

  accept(): void {
    this.readyState = WebSocket.OPEN;
    this.onopen();
  }

  send(frame: unknown): void {
    this.sent.push(typeof frame === 'string' ? JSON.parse(frame) : frame);
  }

  answer(answer: object): void {
    this.onmessage({ data: JSON.stringify(answer) });
  }

  close(): void {
    this.closed = true;
    this.readyState = WebSocket.CLOSED;
    this.onclose();
  }
}
