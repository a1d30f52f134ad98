import { createRequire } from 'node:module';

interface ProtoJson {
  toJson(type: unknown, message: unknown): unknown;
  fromJson(type: unknown, json: unknown, options: object): unknown;
}
interface HistoryType {
  fromObject(plain: unknown): unknown;
}
type ProtoRoot = { readonly temporal: { api: { history: { v1: { History: HistoryType } } } } };
interface PatchedRoot {
  lookupType(name: string): unknown;
}

// The SDK's own conversions want one copy of protobufjs; npm may give each Temporal package a copy. The copy that
// belongs to the message types is the one that knows them.
const ofProto = createRequire(require.resolve('@temporalio/proto'));
const protoJson = ofProto('protobufjs/ext/protojson') as ProtoJson;
const proto = ofProto('@temporalio/proto') as ProtoRoot;
const patch = ofProto('@temporalio/proto/lib/patch-protobuf-root') as {
  patchProtobufRoot(root: unknown): PatchedRoot;
};
const historyType = patch.patchProtobufRoot(proto).lookupType('temporal.api.history.v1.History');

/** A history as Temporal's own tools write it to JSON files. */
export function historyToJson(history: unknown): unknown {
  return protoJson.toJson(historyType, proto.temporal.api.history.v1.History.fromObject(history));
}

/** A history read from such a file. */
export function historyFromJson(json: unknown): unknown {
  return protoJson.fromJson(historyType, json, { ignoreUnknownFields: true });
}
