import { Router } from 'express';
import type { Express } from 'express';
import type { ServiceApi } from '../host/hosted-service';

/** Mounts an API under a prefix, for a process that has two of a kind. */
export function below(prefix: string, api: ServiceApi): ServiceApi {
  return {
    mount(app, guard) {
      const router = Router();
      // It has every method by which an API is mounted on an app.
      api.mount(router as unknown as Express, guard);
      app.use(prefix, router);
    },
  };
}
