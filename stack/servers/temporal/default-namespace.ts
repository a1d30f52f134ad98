/** The namespace our sagas run in. */
export const defaultNamespace = 'holdfast';
