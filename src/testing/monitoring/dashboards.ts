import type { Dashboard } from './dashboard.ts';
import { BACKENDS } from './dashboards/backends.ts';
import { INSIDE } from './dashboards/inside.ts';
import { OVERVIEW } from './dashboards/overview.ts';
import { REQUESTS } from './dashboards/requests.ts';
import { SIGN_INS } from './dashboards/sign-ins.ts';

/** All that are shipped, as `deploy/grafana/dashboards/<uid>.json`. */
export const DASHBOARDS: readonly Dashboard[] = [OVERVIEW, SIGN_INS, REQUESTS, INSIDE, BACKENDS];
