// Charts of a page: every [data-chart] holds a web.Chart as JSON.
import * as echarts from 'echarts/core';
import { BarChart, LineChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { CanvasRenderer } from 'echarts/renderers';

echarts.use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, AriaComponent, CanvasRenderer]);

// The theme's colours are light-dark(): what counts at the moment is what an element computes.
const probe = document.body.appendChild(document.createElement('span'));
probe.hidden = true;
function color(name) {
	probe.className = '';
	probe.style.color = `var(--${name})`;
	return getComputedStyle(probe).color;
}

function format(unit) {
	const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
	return (value) => {
		if (value == null) return '–';
		switch (unit) {
		case 'usd': return new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', maximumFractionDigits: Math.abs(value) < 1 ? 4 : 2 }).format(value);
		case 'percent': return `${whole.format(value * 100)}%`;
		case 'ms': return value < 1000 ? `${whole.format(value)} ms` : `${whole.format(value / 1000)} s`;
		case 'seconds': return `${whole.format(value)} s`;
		default: return whole.format(value);
		}
	};
}

function option(chart) {
	const palette = ['accent', 'cold', 'warm', 'good', 'hot', 'soft'].map(color);
	const text = color('soft');
	const horizontal = chart.kind === 'hbar';
	const show = format(chart.unit);
	const names = { type: 'category', data: chart.labels, inverse: horizontal, axisLabel: { color: text, hideOverlap: true }, axisTick: { show: false }, axisLine: { lineStyle: { color: color('line') } } };
	const values = { type: 'value', minInterval: chart.unit ? 0 : 1, axisLabel: { color: text, formatter: show, hideOverlap: true }, splitLine: { lineStyle: { color: color('line') } } };
	return {
		animation: false,
		aria: { enabled: false }, // the page has the figures as a table
		color: palette,
		grid: { left: 8, right: 16, top: chart.series.length > 1 ? 36 : 16, bottom: 8, containLabel: true },
		legend: chart.series.length > 1 ? { top: 0, textStyle: { color: text }, itemHeight: 10 } : undefined,
		tooltip: { trigger: 'axis', renderMode: 'richText', valueFormatter: show, axisPointer: { type: chart.kind === 'line' ? 'line' : 'shadow' } },
		xAxis: horizontal ? values : names,
		yAxis: horizontal ? names : values,
		series: chart.series.map((one, i) => {
			const paint = one.color ? color({ bad: 'bad', good: 'good', none: 'soft' }[one.color] ?? one.color) : palette[i % palette.length];
			return {
				name: one.name, data: one.values, type: chart.kind === 'line' ? 'line' : 'bar', barMaxWidth: 28,
				stack: chart.kind === 'stack' ? 'all' : undefined, symbol: 'circle', symbolSize: 5, showSymbol: one.values.length < 40,
				itemStyle: { color: one.previous ? color('line-strong') : paint, opacity: one.previous ? 0.55 : 1, borderRadius: chart.kind === 'stack' ? 0 : 2 },
				lineStyle: one.previous ? { type: 'dashed', width: 1.5, color: color('line-strong') } : { width: 2, color: paint },
			};
		}),
	};
}

function draw(element) {
	const chart = JSON.parse(element.dataset.chart);
	const drawn = echarts.getInstanceByDom(element) ?? echarts.init(element);
	drawn.setOption(option(chart), true);
	new ResizeObserver(() => drawn.resize()).observe(element);
}

const all = () => document.querySelectorAll('[data-chart]').forEach(draw);
all();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', all);
document.addEventListener('htmx:afterSettle', all);
