import type { Messages } from '../catalogue.ts';

export const passkeys: Messages['passkeys'] = {
  signIn: 'Entrar com uma chave de acesso',
  confirm: 'Usar uma chave de acesso',
  secondFactor: 'Usar uma chave de acesso',
  add: 'Adicionar uma chave de acesso',
  name: 'Nome (opcional)',
  nameHint: 'Para você reconhecê-la, como “Notebook do trabalho”.',
  unnamed: 'Chave de acesso',
  waiting: 'Siga as etapas que o navegador mostra.',
  signInCancelled: 'Nenhuma chave de acesso foi usada. Tente de novo ou continue de outra forma.',
  signInFailed:
    'Seu navegador não conseguiu usar uma chave de acesso aqui. Continue de outra forma.',
  addCancelled: 'Nenhuma chave de acesso foi adicionada. Você pode tentar de novo.',
  addFailed: 'Seu navegador não conseguiu adicionar uma chave de acesso aqui.',
  alreadyHere:
    'Esse dispositivo ou gerenciador de senhas já tem uma chave de acesso para esta conta.',
  rejected: 'Essa chave de acesso não funciona aqui. Tente outra ou continue de outra forma.',
  outdated: 'Demorou demais. Tente de novo.',
  full: 'Você já tem o máximo de chaves de acesso que uma conta pode ter. Remova uma primeiro.',
  unavailable: 'As chaves de acesso não funcionam neste navegador.',
};
