import { everyPageIn } from '../every-page-suite.ts';

everyPageIn('ja');
