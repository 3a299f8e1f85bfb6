import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountEmail: Messages['accountEmail'] = {
  confirmed: 'Confirmée',
  notConfirmed: 'Non confirmée',
  none: 'Votre compte n’a pas d’adresse e-mail.',
  use: 'Nous y écrivons au sujet de la sécurité de votre compte, et elle vous permet d’y revenir.',
  change: 'Modifier l’adresse e-mail',
  add: 'Ajouter une adresse e-mail',
  noMail:
    'Ce site n’envoie pas d’e-mails ; l’adresse ne peut donc pas être modifiée ici. Demandez de l’aide.',
  confirm: 'Confirmer cette adresse',
  confirmLead: (address) =>
    `Nous envoyons un code à ${isolate(address)}, afin que personne d’autre ne puisse l’utiliser.`,
  send: 'Envoyer le code',
  sent: (address) =>
    `Nous avons envoyé un code à ${isolate(address)}. Il fonctionne pendant 10 minutes.`,
  confirmSubmit: 'Confirmer',
  changeLead:
    'La nouvelle adresse reçoit un code. L’adresse actuelle doit aussi donner son accord.',
  changeLeadAlone: 'La nouvelle adresse reçoit un code.',
  newAddress: 'Nouvelle adresse e-mail',
  same: 'C’est l’adresse que vous avez déjà.',
  throttled: (wait) => `C’était trop souvent. Patientez ${wait}, puis réessayez.`,
  changeSubmit: 'Continuer',
  pendingHeading: (address) => `Passage à ${isolate(address)}`,
  codeLead: (address) =>
    `Nous avons envoyé un message à ${isolate(address)}. S’il contient un code, saisissez-le ici.`,
  proved: (address) => `${isolate(address)} est confirmée.`,
  awaits: (address) =>
    `Nous avons envoyé un lien à ${isolate(address)}. Ouvrez-le dans cette messagerie et approuvez le changement.`,
  approved: (address) => `${isolate(address)} a donné son accord.`,
  until: (date) => `En attente jusqu’au ${date}.`,
  cancel: 'Garder l’adresse actuelle',
  taken: 'Cette adresse ne peut pas être utilisée. Recommencez avec une autre.',
  gone: 'Ce changement est terminé. Recommencez.',
  approveTitle: 'Changement d’adresse e-mail',
  approveHeading: 'Changer d’adresse e-mail ?',
  approveLead: (from, to) =>
    `Quelqu’un qui est connecté à votre compte veut remplacer son adresse ${isolate(from)} par ${isolate(to)}.`,
  approve: 'La changer',
  refuse: 'Ce n’était pas moi',
  approvedTitle: 'Vous avez donné votre accord',
  approvedText: (address) =>
    `L’adresse changera dès que le code envoyé à ${isolate(address)} sera saisi sur la page de votre compte.`,
  changedTitle: 'Votre adresse e-mail est modifiée',
  changedText: (address) => `Désormais, nous écrirons à ${isolate(address)}.`,
  refusedTitle: 'L’adresse reste inchangée',
  refusedText:
    'Quelqu’un d’autre est peut-être connecté à votre compte. Définissez maintenant un nouveau mot de passe : cela déconnecte toutes les autres personnes.',
  newPassword: 'Définir un nouveau mot de passe',
  toAccount: 'Aller à votre compte',
  invalidTitle: 'Ce lien ne fonctionne plus',
  invalidText: 'Il a été utilisé, a expiré ou est incomplet. Rien n’a été modifié.',
};
