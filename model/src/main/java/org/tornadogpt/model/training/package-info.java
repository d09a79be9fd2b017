/** What a training loop is fed with, apart from texts: batches and learning rates. */
package org.tornadogpt.model.training;
