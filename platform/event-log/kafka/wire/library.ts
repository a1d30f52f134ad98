import type { ProduceAsked } from './produce';

/** A request of the client library, as far as we look into it. */
export interface LibraryRequest {
  encode(): Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
}

/** How the library reads what a broker answers. */
export interface LibraryResponse {
  decode(raw: Buffer): Promise<unknown>;
  parse(decoded: unknown): Promise<unknown>;
}

export interface LibraryCall {
  readonly request: LibraryRequest;
  readonly response: LibraryResponse;
}

/** One kind of request in the versions there are. */
export interface ProtocolOf<Asked> {
  readonly versions: readonly string[];
  protocol(asking: { readonly version: number }): ((asked: Asked) => LibraryCall) | undefined;
}

/** Every kind of request, by name; looked up here at each call. */
export interface LibraryRequests {
  Produce: ProtocolOf<ProduceAsked>;
  Fetch: ProtocolOf<object>;
}
