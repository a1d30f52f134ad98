/** Name of the Temporal header in which the sealed grant of a saga travels; nobody on its way can read it. */
export const grantHeader = 'holdfast-saga-grant';
