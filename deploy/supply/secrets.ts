/** A place that looks like a secret. What it holds is never repeated. */
export interface SecretFound {
  readonly kind: string;
  /** From 1. */
  readonly line: number;
}

interface SecretPattern {
  readonly kind: string;
  readonly pattern: RegExp;
}

// Written in pieces where this file would be what it looks for.
const word = '[A-Za-z0-9_-]';
const patterns: readonly SecretPattern[] = [
  {
    kind: 'a private key',
    pattern: new RegExp(
      `-----BEGIN ([A-Z ]+ )?${'PRIVATE'} KEY-----\\s*(\\\\n)?[A-Za-z0-9+/=]{16}`,
    ),
  },
  { kind: 'an access key of AWS', pattern: /\b(AKIA|ASIA)[0-9A-Z]{16}\b/ },
  { kind: 'a token of GitHub', pattern: /\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60,})/ },
  { kind: 'a token of npm', pattern: /\bnpm_[A-Za-z0-9]{36}\b/ },
  { kind: 'a token of Slack', pattern: /\bxox[abprs]-[A-Za-z0-9-]{20,}/ },
  { kind: 'a key of Google', pattern: /\bAIza[0-9A-Za-z_-]{35}\b/ },
  { kind: 'a live key of Stripe', pattern: /\b[rs]k_live_[0-9A-Za-z]{20,}/ },
  {
    kind: 'a signed token',
    pattern: new RegExp(`\\beyJ${word}{20,}\\.eyJ${word}{40,}\\.${word}{64,}`),
  },
  {
    kind: 'a password in an address',
    pattern:
      /\b(postgres(ql)?|mongodb(\+srv)?|rediss?|amqps?|https?):\/\/\w[\w.-]*:[^\s@/'"`$<{}:]{8,}@/,
  },
  { kind: 'a token in .npmrc', pattern: /:_(authToken|password|auth)\s*=\s*\S{8,}/ },
];

/** Everything in a text that looks like a secret. */
export function secretsIn(text: string): readonly SecretFound[] {
  return patterns.flatMap(({ kind, pattern }) =>
    [...text.matchAll(new RegExp(pattern.source, 'g'))].map(({ index }) => ({
      kind,
      line: text.slice(0, index).split('\n').length,
    })),
  );
}
