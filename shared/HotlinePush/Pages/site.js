// Pages work without this. Where a page is about something that changes, it says so when it has changed.
for (const notice of document.querySelectorAll('[data-poll]')) {
  let version = notice.dataset.version;
  const timer = setInterval(async () => {
    if (document.hidden) return;
    const answer = await fetch(notice.dataset.poll, { method: 'HEAD', cache: 'no-store' }).catch(() => null);
    const now = answer && answer.ok && answer.headers.get('ETag');
    if (now && now !== version) {
      notice.hidden = false;
      clearInterval(timer);
    }
  }, 20000);
}

// Ctrl+Enter sends a form from within a long text, by its first button.
document.addEventListener('keydown', event => {
  const form = event.key === 'Enter' && (event.ctrlKey || event.metaKey) && event.target.form;
  if (!form || !('ctrlEnter' in form.dataset)) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector('button'));
});

// An element with data-suggest="/path" shows what that address answers to the form named by data-from, 400 ms after the last change.
// The address takes the form's fields as a POST, so that what people write stands in no address and no log, and answers a piece of HTML.
for (const place of document.querySelectorAll('[data-suggest]')) {
  const form = document.getElementById(place.dataset.from);
  let timer;
  let asked = 0;
  // Chinese is put together letter by letter: the end of a composition is a change of its own.
  for (const kind of ['input', 'compositionend']) form.addEventListener(kind, event => {
    if (event.isComposing || place.contains(event.target)) return;
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const mine = ++asked;
      const fields = new URLSearchParams([...new FormData(form)].filter(field => typeof field[1] === 'string'));
      const answer = await fetch(place.dataset.suggest, { method: 'POST', body: fields }).catch(() => null);
      const html = answer && answer.ok ? await answer.text() : null;
      // Never under the hands of somebody who is choosing there.
      if (html !== null && mine === asked && !place.contains(document.activeElement)) place.innerHTML = html;
    }, 400);
  });
}

// A select with data-within="id" shows only the group that the select of that id names; without this it shows all groups.
for (const select of document.querySelectorAll('select[data-within]')) {
  const above = document.getElementById(select.dataset.within);
  const groups = [...select.querySelectorAll('optgroup')];
  const show = () => {
    const chosen = select.value;
    for (const group of groups) group.remove();
    select.append(...groups.filter(group => !above.value || group.dataset.id === above.value));
    select.value = chosen;
    if (select.selectedIndex < 0) select.value = '';
  };
  above.addEventListener('change', show);
  show();
}

// A button with data-locate="latId lngId" asks the browser where it is, once, and fills both fields. Shown only where it can.
for (const button of document.querySelectorAll('[data-locate]')) {
  if (!navigator.geolocation) continue;
  const [lat, lng] = button.dataset.locate.split(' ').map(id => document.getElementById(id));
  const said = document.getElementById(button.getAttribute('aria-describedby'));
  button.hidden = false;
  button.addEventListener('click', () => navigator.geolocation.getCurrentPosition(
    here => {
      lat.value = here.coords.latitude.toFixed(5);
      lng.value = here.coords.longitude.toFixed(5);
      said.textContent = button.dataset.found;
    },
    () => { said.textContent = button.dataset.unknown; },
    { timeout: 10000, maximumAge: 60000 }));
}

// An element with data-live="/path" shows what that address answers, every three seconds, until a piece of it is marked data-over. Then
// the page around it is out of date: it is read anew, unless somebody is in the middle of a form.
for (const place of document.querySelectorAll('[data-live]')) {
  let shown;
  const timer = setInterval(async () => {
    if (document.hidden || place.contains(document.activeElement)) return;
    const answer = await fetch(place.dataset.live, { cache: 'no-store' }).catch(() => null);
    if (!answer || !answer.ok) return;
    const html = await answer.text();
    // What is the same is not read out again.
    if (html !== shown) place.innerHTML = shown = html;
    if (!place.querySelector('[data-over]')) return;
    clearInterval(timer);
    if (!document.activeElement || document.activeElement === document.body) location.reload();
  }, 3000);
}
