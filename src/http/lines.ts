import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { MINUTE_MS } from '../domain/instant.ts';
import type { Caller } from '../programme/act.ts';

/** The connections on which somebody known has asked something, and who that was. */
export type Lines = {
  /** A request of this caller has come; before anything of it is decided. */
  taken(request: IncomingMessage, response: ServerResponse, caller: Caller): void;
  /**
   * Ends every connection of a participant, reader, person, token or session: no byte more leaves,
   * whatever of an answer was written already.
   */
  cut(holder: string): void;
  /** The same of all readers. */
  cutReaders(): void;
  /** A connection on which nothing has happened for as long as one is kept. */
  idle(socket: Socket): void;
};

type Line = {
  readonly holders: Set<string>;
  hasReader: boolean;
  underWay: number;
  /** Whether it has been idle once already since the last request. */
  wasIdle: boolean;
};

/**
 * How long a reader has for what the system holds of an answer, some megabytes, after the last of
 * it was handed over. Closing would leave that to the system, out of our hands.
 */
const TAKEN_WITHIN_MS = 10 * MINUTE_MS;

export function openLines(): Lines {
  const lines = new Map<Socket, Line>();
  const end = (which: (line: Line) => boolean) => {
    for (const [socket, line] of lines) if (which(line)) discard(socket);
  };
  return {
    taken(request, response, caller) {
      const { socket } = request;
      if (!(socket instanceof Socket)) return;
      const line = lines.get(socket) ?? opened(lines, socket);
      // A proxy sends requests of several callers on one connection, each after the whole answer to
      // the one before: that one's are then with their reader.
      if (line.underWay === 0) {
        line.holders.clear();
        line.hasReader = false;
      }
      line.wasIdle = false;
      line.holders.add(caller.id).add(caller.token);
      if (caller.kind === 'reader') {
        line.holders.add(caller.participant);
        line.hasReader = true;
        // So the peer is to close first, though RFC 9112, section 9.6, has us do it.
        response.shouldKeepAlive = true;
      }
      line.underWay += 1;
      response.once('close', () => {
        line.underWay -= 1;
      });
    },
    cut: (holder) => end(({ holders }) => holders.has(holder)),
    cutReaders: () => end(({ hasReader }) => hasReader),
    idle(socket) {
      const line = lines.get(socket);
      if (line?.hasReader !== true) socket.destroy();
      else if (line.wasIdle) discard(socket);
      else {
        line.wasIdle = true;
        socket.setTimeout(TAKEN_WITHIN_MS);
      }
    },
  };
}

function opened(lines: Map<Socket, Line>, socket: Socket): Line {
  const line: Line = { holders: new Set(), hasReader: false, underWay: 0, wasIdle: false };
  lines.set(socket, line);
  socket.once('close', () => lines.delete(socket));
  return line;
}

/** A reset: what the system still holds of an answer goes with the connection. */
function discard(socket: Socket): void {
  if (!socket.destroyed) socket.resetAndDestroy();
}
