/** Reason of a saga that parks before a step because its history grows too long. */
export const historyLimit = 'HISTORY_LIMIT';
