import type { IncomingMessage, ServerResponse } from 'node:http';

/** Middleware that fits every route, whatever types its parameters, its body and its locals have. */
export type Handler = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;
