import { useEffect, useState } from 'preact/hooks';

/** The clock of this machine, milliseconds; it stands still where nothing moves. */
export function useNow(isMoving: boolean, everyMs = 1_000): number {
  const [nowMs, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isMoving) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [isMoving, everyMs]);
  return nowMs;
}
