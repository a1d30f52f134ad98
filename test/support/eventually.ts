const pollMs = 10;

/** Asks until the expectations hold, at most `timeoutMs`; then throws what failed last. */
export async function eventually(expectations: () => unknown, timeoutMs = 15_000): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    try {
      await expectations();
      return;
    } catch (error) {
      if (performance.now() >= deadlineMs) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
