// One lead: a player that the transcript follows, and claims that show their words.
const player = document.getElementById('player');
const audio = document.getElementById('audio');
const transcript = document.getElementById('transcript');
const still = matchMedia('(prefers-reduced-motion: reduce)'); // nothing glides for who asks for that
const glide = () => (still.matches ? 'instant' : 'smooth');

if (player) play();

function play() {
	const button = document.getElementById('play');
	const seek = document.getElementById('seek');
	const canvas = document.getElementById('wave');
	const clock = document.getElementById('clock');
	const lanes = JSON.parse(document.getElementById('lanes').textContent) ?? [];
	const duration = Number(player.dataset.duration);
	let peaks = null; // of the recording, 0 to 1, once it was heard
	let asked = false;
	let again = true; // a failure may be healed by asking once more

	audio.hidden = true;
	audio.controls = false;
	player.querySelector('.player-row').hidden = false;

	button.addEventListener('click', () => { if (audio.paused) audio.play(); else audio.pause(); });
	audio.addEventListener('play', () => { show(true); if (!asked) { asked = true; listen(); } });
	audio.addEventListener('pause', () => show(false));
	audio.addEventListener('timeupdate', follow);
	audio.addEventListener('seeked', follow);
	audio.addEventListener('error', recover);
	audio.addEventListener('playing', () => { again = true; });
	seek.addEventListener('input', () => { audio.currentTime = Number(seek.value); follow(); });
	document.getElementById('speed').addEventListener('change', (event) => { audio.playbackRate = Number(event.target.value); });
	transcript?.addEventListener('click', (event) => {
		const at = event.target.closest('[data-at]');
		if (at) { audio.currentTime = Number(at.dataset.at); audio.play(); }
	});
	new ResizeObserver(draw).observe(canvas);
	matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);

	// The address that the recording was at is good for some minutes: later there is a new one.
	function recover() {
		const at = audio.currentTime;
		if (!again || !at) {
			document.getElementById('player-problem').hidden = false;
			return;
		}
		again = false;
		audio.addEventListener('loadedmetadata', () => { audio.currentTime = at; audio.play(); }, { once: true });
		audio.load();
	}

	function show(playing) {
		button.setAttribute('aria-label', playing ? 'Pause' : 'Play');
		button.querySelector('use').setAttribute('href', playing ? '#i-pause' : '#i-play');
	}

	function follow() {
		const at = audio.currentTime;
		seek.value = at;
		clock.textContent = `${Math.floor(at / 60)}:${String(Math.floor(at % 60)).padStart(2, '0')}`;
		seek.setAttribute('aria-valuetext', clock.textContent);
		draw();
		let now = null;
		for (const turn of transcript?.children ?? []) {
			if (Number(turn.dataset.start) <= at && at < Number(turn.dataset.end)) now = turn;
		}
		const before = transcript?.querySelector('.now');
		if (now === before) return;
		before?.classList.remove('now');
		now?.classList.add('now');
		if (now && !audio.paused) now.scrollIntoView({ block: 'nearest', behavior: glide() });
	}

	// listen fetches the recording once more for its waveform. A long one, or one that may not
	// be read, keeps the overview of who spoke when.
	async function listen() {
		if (duration > 1800) return;
		try {
			const answer = await fetch(audio.src);
			const sound = await new OfflineAudioContext(1, 1, 8000).decodeAudioData(await answer.arrayBuffer());
			const samples = sound.getChannelData(0);
			const size = Math.ceil(samples.length / 600);
			peaks = Array.from({ length: 600 }, (_, i) => {
				let top = 0;
				for (let n = i * size; n < Math.min(samples.length, (i + 1) * size); n++) top = Math.max(top, Math.abs(samples[n]));
				return top;
			});
			const loudest = Math.max(...peaks, 0.01);
			peaks = peaks.map((p) => p / loudest);
			draw();
		} catch { /* the overview stays */ }
	}

	function color(name) {
		canvas.style.color = `var(--${name})`;
		return getComputedStyle(canvas).color;
	}

	function draw() {
		const ratio = devicePixelRatio;
		const width = canvas.clientWidth, height = canvas.clientHeight;
		if (canvas.width !== width * ratio) { canvas.width = width * ratio; canvas.height = height * ratio; }
		const c = canvas.getContext('2d');
		c.setTransform(ratio, 0, 0, ratio, 0, 0);
		c.clearRect(0, 0, width, height);
		const paints = { agent: color('agent'), customer: color('customer'), silence: color('line-strong') };
		const played = duration ? audio.currentTime / duration : 0;
		for (let x = 0; x < width; x += 4) {
			const share = x / width;
			const turn = lanes.find((l) => l.Start <= share * 100 && share * 100 < l.Start + l.Width);
			const loud = peaks ? peaks[Math.floor(share * peaks.length)] : turn ? 0.45 + 0.3 * Math.abs(Math.sin(x * 12.9898)) : 0;
			const tall = Math.max(2, loud * height);
			c.globalAlpha = share <= played ? 1 : 0.45;
			c.fillStyle = turn ? paints[turn.Speaker] ?? paints.customer : paints.silence;
			c.fillRect(x, (height - tall) / 2, 3, tall);
		}
	}
}

// A click on a quote scrolls to the turn and marks the words.
document.addEventListener('click', (event) => {
	const quote = event.target.closest('a.quote');
	const turn = quote && document.getElementById(`s${quote.dataset.segment}`);
	if (!turn) return;
	event.preventDefault();
	for (const old of document.querySelectorAll('mark')) old.replaceWith(old.textContent);
	for (const old of document.querySelectorAll('.cited, .quote.shown')) old.classList.remove('cited', 'shown');
	quote.classList.add('shown');
	turn.classList.add('cited');
	mark(turn.querySelector('.said'), quote.dataset.quote);
	turn.scrollIntoView({ block: 'center', behavior: glide() });
	turn.focus({ preventScroll: true });
});

// mark finds words whatever their case, spaces and quotation marks are.
function mark(said, words) {
	said.normalize();
	const plain = (text) => text.toLowerCase().replace(/[‘’]/g, "'").replace(/[“”]/g, '"');
	const pattern = plain(words).trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+');
	const found = new RegExp(pattern).exec(plain(said.textContent));
	if (!found) return;
	const range = document.createRange();
	range.setStart(said.firstChild, found.index);
	range.setEnd(said.firstChild, found.index + found[0].length);
	range.surroundContents(document.createElement('mark'));
}

// While the pipeline works on it the page reads itself again when something has happened.
if (document.querySelector('[data-refresh]')) {
	const address = location.pathname.replace(/\/requests\/[^/]+$/, '/events');
	const id = decodeURIComponent(location.pathname.split('/').pop());
	new EventSource(address).addEventListener('request', (event) => {
		if (JSON.parse(event.data).request_id === id) setTimeout(() => location.reload(), 500);
	});
}
