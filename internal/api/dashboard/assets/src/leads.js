// The list of leads: live, and usable by keyboard alone.
const live = document.getElementById('live');
const heard = document.getElementById('heard');

// refresh reads the first page again and puts what is new or has changed into the list. The
// server filters, so what comes in belongs there.
async function refresh() {
	const answer = await fetch(location.href, { headers: { 'HX-Request': 'true', 'HX-Current-URL': location.href } });
	if (answer.status === 401) signedOut(answer.headers.get('HX-Redirect'));
	if (!answer.ok) return;
	const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
	const rows = document.getElementById('rows');
	const freshRows = fresh.getElementById('rows');
	if (!rows || !freshRows) { // the first lead of an empty list, or the last one of a filter
		document.getElementById('results').replaceWith(document.adoptNode(fresh.getElementById('results')));
		window.htmx?.process(document.getElementById('results'));
		return;
	}
	let came = 0;
	let after = null;
	for (const row of [...freshRows.rows]) {
		const old = document.getElementById(row.id);
		if (!old) {
			came++;
			row.classList.add('new');
			if (after) after.after(row); else rows.prepend(row);
		} else if (old.innerHTML !== row.innerHTML) {
			const focused = old.contains(document.activeElement);
			old.replaceWith(row);
			if (focused) row.querySelector('a').focus();
		}
		after = document.getElementById(row.id);
	}
	if (came) heard.textContent = came === 1 ? 'One new lead.' : `${came} new leads.`;
}

// Events come in bursts, one for each step of a call: the list is read once for many.
let due = 0;
function later() {
	if (due || new URLSearchParams(location.search).has('page_token')) return;
	due = setTimeout(async () => {
		try { await refresh(); } finally { due = 0; }
	}, 400);
}

function show(on) {
	live.hidden = false;
	live.classList.toggle('off', !on);
	live.textContent = on ? 'Live' : 'Reconnecting';
}

// signedOut says that nothing new will come, and leads to the sign-in and back. Nobody is taken away
// from what they read.
let over = false;
function signedOut(target) {
	if (over) return;
	over = true;
	events?.close();
	const link = document.createElement('a');
	link.className = live.className;
	link.classList.add('off');
	link.href = target || location.href;
	link.textContent = 'Signed out: sign in again';
	live.replaceWith(link);
	heard.textContent = 'You are signed out. New leads are no longer shown.';
}

// The browser opens the stream again when it breaks, from the last event on. It gives up when it is
// refused: then the page itself tells whether the session is over.
let events = null;
function follow() {
	if (over) return;
	events?.close();
	events = new EventSource(live.dataset.events);
	events.addEventListener('open', () => show(true));
	events.addEventListener('request', later);
	events.addEventListener('error', () => {
		show(false);
		if (events.readyState !== EventSource.CLOSED) return;
		refresh().catch(() => {}); // no answer: not reachable yet
		setTimeout(() => { if (!document.hidden) follow(); }, 15000);
	});
}
if (live) {
	follow();
	// Browsers open few connections to one host by HTTP/1: a tab that nobody looks at keeps none.
	document.addEventListener('visibilitychange', () => {
		if (document.hidden) events.close();
		else { follow(); later(); }
	});
}

document.addEventListener('htmx:afterSettle', () => {
	const link = document.getElementById('export');
	link.href = link.href.split('?')[0] + location.search;
});

document.addEventListener('keydown', (event) => {
	const typing = event.target.closest('input, select, textarea, dialog');
	if (event.ctrlKey || event.metaKey || event.altKey) return;
	if (event.key === 'Escape' && typing?.id === 'q') typing.blur();
	if (typing) return;
	if (event.key === '/') {
		event.preventDefault();
		document.getElementById('q').focus();
	} else if (event.key === '?') {
		document.getElementById('keys').showModal();
	} else if (event.key === 'j' || event.key === 'k') {
		const links = [...document.querySelectorAll('.leads .c-lead a')];
		const at = links.indexOf(document.activeElement);
		const next = links[event.key === 'j' ? at + 1 : Math.max(0, at - 1)];
		next?.focus();
		next?.scrollIntoView({ block: 'nearest' });
	}
});
