/** Tokenisers, configuration, parameters, GPT and bigram models, generation and checkpoints. */
package org.tornadogpt.model;
