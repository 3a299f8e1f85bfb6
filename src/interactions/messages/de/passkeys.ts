import type { Messages } from '../catalogue.ts';

export const passkeys: Messages['passkeys'] = {
  signIn: 'Mit Passkey anmelden',
  confirm: 'Stattdessen Passkey verwenden',
  secondFactor: 'Passkey verwenden',
  add: 'Passkey hinzufügen',
  name: 'Name (freiwillig)',
  nameHint: 'Damit Sie ihn wiedererkennen, etwa „Arbeitslaptop“.',
  unnamed: 'Passkey ohne Namen',
  waiting: 'Folgen Sie den Schritten, die Ihr Browser zeigt.',
  signInCancelled:
    'Es wurde kein Passkey verwendet. Versuchen Sie es noch einmal oder nehmen Sie einen anderen Weg.',
  signInFailed: 'Ihr Browser konnte hier keinen Passkey verwenden. Nehmen Sie einen anderen Weg.',
  addCancelled: 'Es wurde kein Passkey hinzugefügt. Sie können es noch einmal versuchen.',
  addFailed: 'Ihr Browser konnte hier keinen Passkey hinzufügen.',
  alreadyHere:
    'Auf diesem Gerät oder in diesem Passwortmanager gibt es schon einen Passkey für dieses Konto.',
  rejected:
    'Dieser Passkey funktioniert hier nicht. Versuchen Sie einen anderen oder nehmen Sie einen anderen Weg.',
  outdated: 'Das hat zu lange gedauert. Versuchen Sie es noch einmal.',
  full: 'Sie haben so viele Passkeys, wie ein Konto haben kann. Entfernen Sie zuerst einen.',
  unavailable: 'Passkeys funktionieren in diesem Browser nicht.',
};
