import type { Messages } from '../catalogue.ts';

export const accountProfile: Messages['accountProfile'] = {
  lead: 'Os aplicativos que você permite que vejam seu perfil veem o que você coloca aqui. Tudo é opcional.',
  save: 'Salvar',
  problem: 'Nada foi salvo ainda. Confira os campos marcados.',
  groups: {
    name: 'Nome',
    preferences: 'Idioma e hora',
    contact: 'Contato',
    address: 'Endereço postal',
  },
  fields: {
    name: {
      label: 'Nome completo',
      hint: 'Como deve ser mostrado',
      problem: 'Use no máximo 255 caracteres.',
    },
    given_name: { label: 'Primeiro nome', hint: '', problem: 'Use no máximo 255 caracteres.' },
    family_name: { label: 'Sobrenome', hint: '', problem: 'Use no máximo 255 caracteres.' },
    nickname: { label: 'Apelido', hint: '', problem: 'Use no máximo 255 caracteres.' },
    birthdate: { label: 'Data de nascimento', hint: '', problem: 'Digite um dia como 1980-02-29.' },
    locale: {
      label: 'Idioma',
      hint: 'Destas páginas e dos nossos e-mails',
      problem: 'Escolha um idioma da lista.',
    },
    zoneinfo: { label: 'Fuso horário', hint: '', problem: 'Escolha um fuso horário da lista.' },
    phone_number: {
      label: 'Número de telefone',
      hint: 'Com o código do país, como +55 11 5555 0123',
      problem: 'Digite um número de telefone como +55 11 5555 0123.',
    },
    website: {
      label: 'Site',
      hint: '',
      problem: 'Digite um endereço que comece com https:// ou http://.',
    },
    picture: {
      label: 'Foto',
      hint: 'O endereço de uma imagem na web',
      problem: 'Digite um endereço que comece com https:// ou http://.',
    },
    street_address: { label: 'Rua e número', hint: '', problem: 'Use menos caracteres.' },
    postal_code: { label: 'CEP', hint: '', problem: 'Use menos caracteres.' },
    locality: { label: 'Cidade', hint: '', problem: 'Use menos caracteres.' },
    region: { label: 'Estado ou região', hint: '', problem: 'Use menos caracteres.' },
    country: { label: 'País', hint: '', problem: 'Use menos caracteres.' },
  },
  noChoice: 'Não informado',
};
