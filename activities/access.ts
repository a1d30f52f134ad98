/** Peers, by certificate, that may call a service's API; people come through the gateway. */
export const apiCallers = ['gateway', 'admin'] as const;

/** Every role there is; the realm of the auth server knows the same. */
export const everyRole = ['customer', 'viewer', 'operator', 'payments-approver', 'admin'] as const;

/** Roles that may read what belongs to somebody else. */
export const readersOfAll = ['admin', 'viewer'] as const;

/** Who may read an object that belongs to somebody: its owner, and those who read everything. */
export const ownerOrReader = ['customer', ...readersOfAll] as const;
