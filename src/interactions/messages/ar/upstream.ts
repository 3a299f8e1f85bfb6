import { isolateInRtl as isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const upstream: Messages['upstream'] = {
  label: 'تسجيل الدخول عبر مزوّد آخر',
  continueWith: (provider) => `المتابعة باستخدام ${isolate(provider)}`,
  problems: {
    refused: (provider) =>
      `لم تسجّل الدخول باستخدام ${isolate(provider)}. حاول مرة أخرى أو استخدم طريقة أخرى.`,
    expired: (provider) =>
      `استغرق تسجيل الدخول باستخدام ${isolate(provider)} وقتًا طويلاً، أو كان قد اكتمل من قبل. حاول مرة أخرى.`,
    not_recent: (provider) =>
      `لم يؤكد ${isolate(provider)} أنك أنت من سجّل الدخول للتو. أكّد ذلك بطريقة أخرى.`,
    unreachable: (provider) =>
      `لا يمكن الوصول إلى ${isolate(provider)} حاليًا. حاول بعد قليل أو استخدم طريقة أخرى.`,
    invalid_response: (provider) =>
      `لم ينجح تسجيل الدخول باستخدام ${isolate(provider)}. حاول مرة أخرى أو استخدم طريقة أخرى.`,
    misconfigured: (provider) =>
      `لا يعمل تسجيل الدخول باستخدام ${isolate(provider)} حاليًا. استخدم طريقة أخرى.`,
    not_registered: (provider) =>
      `لا يوجد هنا حساب لهويتك في ${isolate(provider)}. إذا كان لديك حساب، فسجّل الدخول إليه بطريقة أخرى.`,
  },
  unlinked: (provider) =>
    `سجّلت الدخول باستخدام ${isolate(provider)}، ولا يوجد هنا حساب مرتبط به بعد.`,
  unlinkedAs: (provider, who) =>
    `سجّلت الدخول باستخدام ${isolate(provider)} باسم ${isolate(who)}، ولا يوجد هنا حساب مرتبط به بعد.`,
  signInToLink: 'سجّل الدخول إلى حسابك مرة واحدة لربطه.',
  leaving: (provider) => `المتابعة إلى ${isolate(provider)}`,
  returning: 'جارٍ تسجيل دخولك',
  moment: 'سيستغرق ذلك لحظة.',
  moveOn: 'متابعة',
  linkTitle: (provider) => `ربط ${isolate(provider)}`,
  linkHeading: (provider) => `هل تريد ربط ${isolate(provider)}؟`,
  linkText: (provider) =>
    `من الآن فصاعدًا، يمكنك تسجيل الدخول إلى هذا الحساب باستخدام ${isolate(provider)}.`,
  linkTextAs: (provider, who) =>
    `من الآن فصاعدًا، يمكن لمن يسجّل الدخول باستخدام ${isolate(provider)} باسم ${isolate(who)} تسجيل الدخول إلى هذا الحساب.`,
  linkWarning: 'لا تربطه إلا إذا كان ذلك أنت.',
  link: 'ربط',
  notNow: 'ليس الآن',
};
