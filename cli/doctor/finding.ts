/** What one look found: `warn` may be left as it is, `wrong` keeps something from working or from being safe. */
export interface Finding {
  /** What was looked at, in two or three words. */
  readonly check: string;
  readonly state: 'fine' | 'warn' | 'wrong';
  readonly said: string;
  /** What to do about it, in one line; where something is to be done. */
  readonly fix?: string;
}

export const fine = (check: string, said: string): Finding => ({ check, state: 'fine', said });
export const warn = (check: string, said: string, fix: string): Finding => ({
  ...{ check, state: 'warn', said, fix },
});
export const wrong = (check: string, said: string, fix: string): Finding => ({
  ...{ check, state: 'wrong', said, fix },
});

/** Fine where it holds; else what the third part says. */
export function held(holds: boolean, ok: Finding, otherwise: Finding): Finding {
  return holds ? ok : otherwise;
}

/** A look that throws is a finding of its own: one database that is away hides no other. */
export async function looked(
  check: string,
  fix: string,
  look: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message?: string };
    const named = typeof code === 'string' && !message?.includes(code) ? `${code} ` : '';
    return [wrong(check, `it cannot be asked: ${named}${message?.split('\n')[0] ?? ''}`, fix)];
  }
}
