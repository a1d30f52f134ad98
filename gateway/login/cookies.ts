import type { Request } from 'express';
import type { Answer } from '../../platform/security/operations';

/** A cookie of ours: for this host alone, over TLS alone, and never for a script to read. */
export interface Cookie {
  /** Begins with `__Host-`, so that no other host can have set it. */
  readonly name: string;
  readonly value: string;
  /** 0 takes it away. */
  readonly seconds: number;
  readonly sameSite: 'Strict' | 'Lax' | 'None';
}

/** The header that sets it. */
export function setCookie({ name, value, seconds, sameSite }: Cookie): string {
  return `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=${sameSite}; Max-Age=${seconds}`;
}

/** Sends a browser somewhere, with cookies. */
export function redirect(location: string, cookies: readonly Cookie[]): Answer {
  return { status: 302, headers: { location, 'set-cookie': cookies.map(setCookie) } };
}

/** Value of a request's cookie. */
export function cookieOf(request: Request, name: string): string | undefined {
  const parts = (request.get('cookie') ?? '').split(';').map((part) => part.trim());
  return parts.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
}
