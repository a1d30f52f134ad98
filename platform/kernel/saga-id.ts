/** Whether a saga id, `<workflow id>/<run id>`, is that of what was asked for: a saga id, or a workflow id. */
export function isOfSaga(sagaId: unknown, asked: string): boolean {
  return typeof sagaId === 'string' && (sagaId === asked || sagaId.startsWith(`${asked}/`));
}
