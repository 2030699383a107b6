// Keeps an action's page up to date. The gate says when something happened (server-sent events); the page is then fetched again, and the parts
// of it that are marked as live take the place of the old ones. Without this script the page has a link that does the same.
(() => {
  'use strict';
  const root = document.querySelector('[data-feed]');
  if (!root || !('EventSource' in window)) return;

  const bar = root.querySelector('[data-live-bar]');
  const status = root.querySelector('[role=status]');
  const pause = document.createElement('button');
  let source = null;
  let stamp = root.dataset.stamp;
  let fetching = false;
  let wanted = null;

  function say(text) { status.textContent = text; }

  async function refresh() {
    if (fetching) return;
    fetching = true;
    try {
      while (wanted && wanted !== stamp) {
        const answer = await fetch(location.href, { redirect: 'error', cache: 'no-store' });
        if (!answer.ok) { stop('Not live any more. Reload the page.'); return; }
        const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
        const now = fresh.querySelector('[data-stamp]');
        if (!now) { stop('Not live any more. Reload the page.'); return; }
        for (const part of root.querySelectorAll('[data-live]')) {
          const other = now.querySelector('[data-live="' + part.dataset.live + '"]');
          if (other) part.replaceChildren(...other.childNodes);
        }
        document.title = fresh.title;
        stamp = now.dataset.stamp;
        say(now.dataset.latest);
        if (wanted !== stamp) break; // the page is ahead of the feed, or the feed of the index: the next event settles it
      }
    } catch {
      say('The gate cannot be reached. Trying again.');
    } finally {
      fetching = false;
    }
  }

  function start() {
    source = new EventSource(root.dataset.feed);
    source.addEventListener('state', event => { wanted = event.data; refresh(); });
    source.addEventListener('end', () => { source.close(); bar.hidden = true; });
    source.addEventListener('error', () => { if (source.readyState === EventSource.CLOSED) stop('Not live any more. Reload the page.'); });
    pause.textContent = 'Pause live updates';
    bar.classList.add('on');
  }

  function stop(text) {
    if (source) source.close();
    source = null;
    pause.textContent = 'Resume live updates';
    bar.classList.remove('on');
    say(text);
  }

  pause.type = 'button';
  pause.className = 'link';
  pause.addEventListener('click', () => { if (source) stop('Paused.'); else { say(''); start(); } });
  bar.querySelector('a').replaceWith(pause);
  start();
})();
