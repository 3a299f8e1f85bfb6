/*
 * Passkeys on hosted pages, which do without this script too. What it needs stands in the page:
 *
 *   form[data-passkey="get" | "create"]  asks an authenticator when it is sent, puts the answer into
 *     its field "passkey", and goes on to the server like any form; hidden in the page
 *   data-options      what to ask, as JSON of Web Authentication Level 3, section 5.1
 *   data-autofill     the browser also offers passkeys in input[autocomplete~="webauthn"]
 *   data-waiting, data-cancelled, data-registered, data-failed  what [role=status] then says
 *   input[data-along]  takes the answer of the page's checkbox of that name along
 *   [data-no-passkeys]  is there for browsers that have none
 */
(() => {
  const { credentials } = navigator;
  if (!window.PublicKeyCredential || !credentials) return;

  const toBytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  const toText = (bytes) =>
    btoa(String.fromCharCode(...new Uint8Array(bytes)))
      .replace(/\+/g, '-')
      .replace(/\//g, '_')
      .replace(/=/g, '');
  const withId = (named) => ({ ...named, id: toBytes(named.id) });

  // Without the browser's own readers of this JSON: older ones have none, and extensions that
  // bring passkeys often forget them.
  const optionsOf = (form) => {
    const { user, allowCredentials, excludeCredentials, ...options } = JSON.parse(
      form.dataset.options,
    );
    return {
      ...options,
      challenge: toBytes(options.challenge),
      ...(user && { user: withId(user) }),
      ...(allowCredentials && { allowCredentials: allowCredentials.map(withId) }),
      ...(excludeCredentials && { excludeCredentials: excludeCredentials.map(withId) }),
    };
  };

  const answerOf = ({ id, type, response }) => {
    const answer = { transports: response.getTransports ? response.getTransports() : [] };
    for (const name of [
      'clientDataJSON',
      'attestationObject',
      'authenticatorData',
      'signature',
      'userHandle',
    ]) {
      if (response[name]) answer[name] = toText(response[name]);
    }
    return JSON.stringify({ id, type, response: answer });
  };

  const ask = async (form, more) => {
    const publicKey = optionsOf(form);
    const credential = await credentials[form.dataset.passkey]({ publicKey, ...more });
    form.elements.namedItem('passkey').value = answerOf(credential);
    for (const field of form.querySelectorAll('[data-along]')) {
      const box = document.querySelector(`[type=checkbox][name=${field.name}]`);
      field.value = box?.checked ? box.value : '';
    }
    // Without the event, which would ask again.
    HTMLFormElement.prototype.submit.call(form);
  };

  /** Takes back what the browser offers in a field; only one question may be open at a time. */
  let takeBack = async () => {};
  const offer = async (form) => {
    const available = PublicKeyCredential.isConditionalMediationAvailable;
    if (!available || !(await available.call(PublicKeyCredential))) return;
    const controller = new AbortController();
    // Nobody was asked anything, so nobody hears how it ended.
    const end = ask(form, { mediation: 'conditional', signal: controller.signal }).catch(() => {});
    takeBack = () => {
      controller.abort();
      return end;
    };
  };

  const start = (form) => {
    const { cancelled, registered, failed, waiting } = form.dataset;
    const says = { NotAllowedError: cancelled, InvalidStateError: registered };
    const status = form.querySelector('[role=status]');
    let busy = false;
    form.hidden = false;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      status.textContent = waiting;
      try {
        await takeBack();
        await ask(form);
      } catch (error) {
        busy = false;
        status.textContent = says[error.name] || failed;
        if ('autofill' in form.dataset) offer(form);
      }
    });
    if ('autofill' in form.dataset) offer(form);
  };

  for (const element of document.querySelectorAll('[data-no-passkeys]')) element.hidden = true;
  for (const form of document.querySelectorAll('form[data-passkey]')) start(form);
})();
