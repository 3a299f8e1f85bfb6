import { GatehouseError } from '../errors.ts';

/** The command line asks for something that makes no sense. */
export class UsageError extends GatehouseError {
  constructor(message: string) {
    super('usage', message, { status: 400, expose: true });
  }
}
