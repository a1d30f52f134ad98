const held = globalThis as { holdfastWorld?: { stop(): Promise<void> } };

/** Stops the world this run started itself. */
export default async function globalTeardown(): Promise<void> {
  await held.holdfastWorld?.stop();
  delete held.holdfastWorld;
}
