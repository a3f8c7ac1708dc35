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
