// Package gemini asks Gemini models on Vertex AI, through google.golang.org/genai.
//
// A Client has an ordered list of model profiles. A model that the project cannot call
// any more (404) is left out for an hour and the next one is asked; each such fall is
// logged and counted. What went wrong is told apart by type: Refused (an answer that
// cannot be used, worth asking again), Busy (429, with the wait that the service names)
// and Unavailable.
package gemini
