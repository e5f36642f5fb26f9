import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What a request is, written out. Bodies are ASCII, so that characters are bytes. */
export function post(url: URL, path: string, authorization: string, body: string): string {
  return (
    `POST ${path} HTTP/1.1\r\nhost: ${url.host}\r\nauthorization: ${authorization}\r\n` +
    'accept: application/json\r\ncontent-type: application/json\r\n' +
    `content-length: ${body.length}\r\n\r\n${body}`
  );
}

export function get(url: URL, path: string, authorization: string): string {
  return `GET ${path} HTTP/1.1\r\nhost: ${url.host}\r\nauthorization: ${authorization}\r\naccept: application/json\r\n\r\n`;
}

const HEAD_END = '\r\n\r\n';

/**
 * A connection that is kept, with one request at a time. It understands as little of HTTP as the
 * servers measured need: what the client takes of the processors, they lack.
 */
export class RawConnection {
  private received: Buffer[] = [];
  private length = 0;
  /** Of head and body together; null until the head is there. */
  private expected: number | null = null;
  private bodyAt = 0;
  private isClosed = false;
  private settle: { resolve(body: Buffer): void; reject(error: Error): void } | null = null;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.take(chunk));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => {
      this.isClosed = true;
      this.fail(new Error('The server closed the connection.'));
    });
  }

  static async open(url: URL): Promise<RawConnection> {
    const socket = connect(Number(url.port), url.hostname);
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  /** False once the server has closed it, as it may while nothing is asked. */
  get isOpen(): boolean {
    return !this.isClosed;
  }

  /** @returns the body @throws where the answer is not 200 */
  send(request: string): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      this.socket.write(request, 'latin1');
    });
  }

  close(): void {
    this.settle = null;
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    this.received.push(chunk);
    this.length += chunk.length;
    if (this.expected === null) this.readHead();
    if (this.expected === null || this.length < this.expected) return;
    const whole = this.received.length === 1 ? chunk : Buffer.concat(this.received);
    const body = whole.subarray(this.bodyAt, this.expected);
    const isGood = whole.toString('latin1', 9, 12) === '200';
    const { settle } = this;
    this.received = [];
    this.length = 0;
    this.expected = null;
    this.settle = null;
    if (isGood) settle?.resolve(body);
    else settle?.reject(new Error(`The server answered: ${whole.toString('utf8')}`));
  }

  private readHead(): void {
    const start = this.received.length === 1 ? this.received[0] : Buffer.concat(this.received);
    const end = start?.indexOf(HEAD_END) ?? -1;
    if (start === undefined || end < 0) return;
    const head = start.toString('latin1', 0, end);
    const [, length] = /\r\ncontent-length: *(\d+)/i.exec(head) ?? [];
    if (length === undefined) {
      this.fail(new Error(`The answer does not say how long it is: ${head}`));
      return;
    }
    this.bodyAt = end + HEAD_END.length;
    this.expected = this.bodyAt + Number(length);
  }

  private fail(error: Error): void {
    this.settle?.reject(error);
    this.settle = null;
  }
}
