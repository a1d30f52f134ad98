import type { optionalHeaderNames, requiredHeaderNames } from '../../event-log/envelope';
import type { JsonSchema } from '../schema';

type Required = (typeof requiredHeaderNames)[number];
type Optional = (typeof optionalHeaderNames)[number];

const text = (description: string, more: JsonSchema = {}): JsonSchema => ({
  ...{ type: 'string', description },
  ...more,
});

const required: Readonly<Record<Required | 'content-type', JsonSchema>> = {
  ce_specversion: { type: 'string', const: '1.0' },
  ce_id: text('`<aggregate id>:<sequence number>`, the same wherever and however often it is sent'),
  ce_source: text('`/services/<service>/<aggregate id>`'),
  ce_type: text('`<type>.v<major>`'),
  ce_subject: text('The aggregate id'),
  ce_time: text('When it happened', { format: 'date-time' }),
  ce_recordedtime: text('When the relay sent it', { format: 'date-time' }),
  ce_dataschema: text(
    '`urn:holdfast:schema:<type>:<major>.<minor>#sha256-<hash of the schema file>`',
  ),
  ce_sequence: text('Number within the aggregate, from 1, without holes', { pattern: '^\\d{10}$' }),
  ce_sequencetype: { type: 'string', const: 'Integer' },
  ce_partitionkey: text('The aggregate id'),
  ce_contenthash: text('sha256 of the canonical content', { pattern: '^[0-9a-f]{64}$' }),
  'content-type': { type: 'string', const: 'application/json' },
};

const optional: Readonly<Record<Optional, JsonSchema>> = {
  ce_correlationid: text(
    'Workflow id of the saga; of a child saga, that of the root of its family',
  ),
  ce_causationid: text('What caused it'),
  ce_sagaid: text('The saga whose step did it'),
  ce_step: text('The step'),
  ce_epoch: text('Epoch of the step', { pattern: '^\\d+$' }),
  ce_direction: text('Whether the step went forward or was undone', { enum: ['forward', 'undo'] }),
  ce_commitid: text('Id of the last event of the same transaction'),
  ce_steprecord: text('JSON: the step record the transaction left; on its last event only'),
  ce_traceparent: text('W3C trace context'),
  traceparent: text('W3C trace context'),
};

/** The envelope of every event as a schema of its headers. Readers ignore headers they do not know. */
export const envelopeHeaders: JsonSchema = {
  type: 'object',
  description: 'CloudEvents 1.0, Kafka binding, binary mode',
  required: Object.keys(required),
  properties: { ...required, ...optional },
};
