import { startNginx } from '../replicas/nginx.ts';
import type { Trial } from './trial.ts';

/** The load balancer of `deploy/nginx`. */
export const BALANCER: readonly Trial[] = [
  {
    artefact: 'nginx',
    how: 'nginx started with the configuration as it ships',
    covers: ['deploy/nginx'],
    async run() {
      const nginx = await startNginx([9]);
      await nginx.stop();
      return 'it starts';
    },
  },
];
