// What every page needs: htmx, and small manners that work without it, too.
import htmx from 'htmx.org';

window.htmx = htmx; // for tests and the other modules

// On a desktop the menu is always open; on a phone it is a button.
const wide = matchMedia('(min-width: 60rem)');
const menu = document.getElementById('menu');
const fit = () => { if (menu) menu.open = wide.matches; };
wide.addEventListener('change', fit);
fit();

// A table that is wider than the screen must be scrolled by keyboard, too.
const reach = () => {
	for (const box of document.querySelectorAll('.scroll')) {
		if (box.scrollWidth > box.clientWidth) {
			box.tabIndex = 0;
			box.setAttribute('role', 'group');
			box.setAttribute('aria-label', 'Scrolls sideways');
		} else {
			box.removeAttribute('tabindex');
		}
	}
};
reach();
addEventListener('resize', reach);
document.addEventListener('htmx:afterSettle', reach);
document.addEventListener('toggle', reach, true);

document.addEventListener('change', (event) => {
	const form = event.target.closest('form[data-auto-submit]');
	if (form) form.requestSubmit();
});

document.addEventListener('submit', (event) => {
	const question = event.target.dataset.confirm;
	if (question && !confirm(question)) {
		event.preventDefault();
		event.stopImmediatePropagation();
	}
}, true);

document.addEventListener('click', async (event) => {
	const copy = event.target.closest('[data-copy]');
	if (copy) {
		await navigator.clipboard.writeText(copy.dataset.copy);
		say('Copied.');
		return;
	}
	const opener = event.target.closest('[data-open]');
	if (opener) document.getElementById(opener.dataset.open)?.showModal();
	if (event.target.closest('[data-close]')) event.target.closest('dialog')?.close();
});

// say shows one sentence for a while.
export function say(text) {
	const toast = document.getElementById('toast');
	toast.textContent = text;
	toast.hidden = false;
	clearTimeout(say.timer);
	say.timer = setTimeout(() => { toast.hidden = true; }, 6000);
}

for (const name of ['htmx:responseError', 'htmx:sendError']) {
	document.addEventListener(name, () => say('That did not work. Load the page again.'));
}

// A page of an error replaces nothing: what was there stays.
document.addEventListener('htmx:beforeSwap', (event) => {
	if (event.detail.xhr.status === 422) {
		event.detail.shouldSwap = true;
		event.detail.isError = false;
	}
});
