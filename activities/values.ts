import { z } from 'zod';

/** Currencies the platform's example accepts; one currency per transaction. */
export const currency = z.enum(['EUR', 'USD', 'GBP']);

/** Money is integer cents, positive, at most one million in the currency's main unit. */
export const amountCents = z.int().min(1).max(100_000_000);

/** Ids that travel in keys, topics and URLs: 1-64 of letters, digits, dot, dash and underscore. */
export const identifier = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);

/** One line of an order: at most 10,000 of one product. */
export const orderLine = z.strictObject({
  sku: identifier,
  quantity: z.int().min(1).max(10_000),
});

/** 1-40 lines, each product once: the most one DynamoDB transaction can carry (see inventory). */
export const orderLines = z
  .array(orderLine)
  .min(1)
  .max(40)
  .superRefine((lines, context) => {
    const seen = new Set<string>();
    lines.forEach((line, index) => {
      if (seen.has(line.sku)) {
        context.addIssue({
          code: 'custom',
          message: 'the same product twice',
          path: [index, 'sku'],
          params: { code: 'DUPLICATE_LINE' },
        });
      }
      seen.add(line.sku);
    });
  });

export type OrderLine = z.output<typeof orderLine>;
export type Currency = z.output<typeof currency>;

/** One line of text that people write: no control characters, nothing that is no character. */
const line = (charsMax: number) =>
  z
    .string()
    .min(1)
    .max(charsMax)
    // Spelt out: not every validator of JSON Schema knows classes such as \p{Cc}.
    .regex(/^[^\u0000-\u001f\u007f-\u009f\ud800-\udfff]*$/u);

/** Where a parcel goes, as its customer writes it. It is sealed at the gateway: services have its sealed text alone. */
export const delivery = z.strictObject({
  name: line(100),
  street: line(200),
  city: line(100),
  /** ISO 3166-1, two letters. */
  country: z.string().regex(/^[A-Z]{2}$/),
  phone: z
    .string()
    .regex(/^\+?[0-9][0-9 ()./-]{2,30}$/)
    .exactOptional(),
});

export type Delivery = z.output<typeof delivery>;
