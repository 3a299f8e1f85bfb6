/** Chromium's own authenticator without a device, which a test fills, empties and orders about. */
import type { Page } from 'playwright-core';

export interface VirtualAuthenticator {
  /** Its passkeys, as Chromium describes them. */
  passkeys(): Promise<readonly { id: string; rpId: string; userHandle: string; counter: number }[]>;
  /** Whether it accepts its holder (PIN, fingerprint) from now on. */
  setUserVerified(verified: boolean): Promise<void>;
  /**
   * Whether somebody touches it as soon as it is asked; without, questions stay open. What the
   * browser offers in a field is answered at once with it.
   */
  setPresent(present: boolean): Promise<void>;
  /** Forgets every passkey. */
  clear(): Promise<void>;
  /** Takes it away; its passkeys are gone. */
  remove(): Promise<void>;
}

/**
 * Gives a page an authenticator that keeps passkeys.
 *
 * @param options.synced - its passkeys are on other devices too; false by default
 * @param options.present - somebody touches it; true by default
 */
export async function addVirtualAuthenticator(
  page: Page,
  options: { synced?: boolean; present?: boolean; transport?: 'internal' | 'usb' } = {},
): Promise<VirtualAuthenticator> {
  const { synced = false, present = true, transport = 'internal' } = options;
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable', { enableUI: false });
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport,
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: present,
      defaultBackupEligibility: synced,
      defaultBackupState: synced,
    },
  });
  return {
    async passkeys() {
      const { credentials } = await session.send('WebAuthn.getCredentials', { authenticatorId });
      return credentials.map(({ credentialId, rpId = '', userHandle = '', signCount }) => ({
        id: Buffer.from(credentialId, 'base64').toString('base64url'),
        rpId,
        userHandle: Buffer.from(userHandle, 'base64').toString('base64url'),
        counter: signCount,
      }));
    },
    async setUserVerified(verified) {
      await session.send('WebAuthn.setUserVerified', {
        authenticatorId,
        isUserVerified: verified,
      });
    },
    async setPresent(here) {
      await session.send('WebAuthn.setAutomaticPresenceSimulation', {
        authenticatorId,
        enabled: here,
      });
    },
    async clear() {
      await session.send('WebAuthn.clearCredentials', { authenticatorId });
    },
    async remove() {
      await session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
    },
  };
}
