// Package gemini asks Gemini models on Vertex AI, through google.golang.org/genai.
//
// A Client has an ordered list of model profiles. When a model cannot be asked, the next one is;
// each such fall is logged and counted. One that the project cannot call any more (404) is left
// out for an hour. What went wrong is told apart by type: Refused (an answer that cannot be used,
// worth asking again), Busy (429, with the wait that the service names) and Unavailable.
package gemini
