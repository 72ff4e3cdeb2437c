"""What every figure is, in words: the rows of the page's last section and of the JSON's `definitions`."""

from typing import NamedTuple

from socialclass.analytics.ledger import FEWEST_INTERACTIONS


class Definition(NamedTuple):
    """A figure's name, and what it is."""

    name: str
    text: str


DEFINITIONS = (
    Definition("share", "Activities of a label over all activities of the group, with the 95% Wilson interval."),
    Definition(
        "corrected share",
        "The share of marketing under which the classifier's scores are likeliest: they are a mixture of the scores of "
        "truly marketing and of truly networking texts, known from a labelled sample (adjusted counting, Forman 2008; "
        "iteration of Saerens, Latinne and Decaestecker 2002). The 95% interval covers chance in the activities and in "
        "the labelled sample (highest density). It holds where that sample is like the activities: a labelled sample "
        "of your own posts (--error-rates) is the right one. It is the share among the activities with a label, "
        f"at least {FEWEST_INTERACTIONS} of them; the rest of them is networking, and of those that are uncertain "
        "nothing is known. Near an even mix plain counting errs less, since its errors cancel.",
    ),
    Definition("median", "With a 95% interval between two of the values, by their ranks; none below six values."),
    Definition("posts a week", "Median over all weeks from the first post to the last, empty weeks too (UTC)."),
    Definition(
        "reactions, replies, shares a post",
        "As the source reports them; where it reports none for any of these posts, those in the input are counted.",
    ),
    Definition(
        "response rate",
        "Of the posts of others that turn to the brand (reply, mention, thread), those that the brand answered: "
        "the post itself, or later in its thread. Response time is until the first answer.",
    ),
    Definition("answered posts", "Share of the posts with at least one reply."),
    Definition("dialogue", "Share of the posts that turn to somebody (reply, mention, thread); the rest is broadcast."),
    Definition(
        "terms of the best and the worst posts",
        "Words of the quarter of posts with most reactions against the quarter with least: log odds ratio in standard "
        "deviations (after Monroe, Colaresi and Quinn 2008), from 1.96 upward. Of large inputs, from an even sample.",
    ),
    Definition(
        "tie",
        "One actor turned to another: answered, mentioned, reacted, shared, followed, wrote to, or joined a thread "
        "that the other began. It belongs to the side of the mix that the activity was labelled as; a reaction or "
        "share that is uncertain, having no words, to the side of most of the posts of whom it goes to; else to none.",
    ),
    Definition("two-way", "Share of the pairs with a tie in which each turned to the other."),
    Definition("density", "Ties of a period between two who were active in it, over all possible ones."),
    Definition(
        "newcomers, leavers",
        "Actors first seen in the period, and last seen in it. Nobody can be new in the first or known to have left in "
        "the last.",
    ),
    Definition(
        "PageRank",
        "Share of attention: who is turned to by those who are turned to (damping 0.85, ties weighted by interactions, "
        "decayed with --half-life). Sums to 1 over the side's network.",
    ),
    Definition(
        "betweenness",
        "Share of the shortest paths between others, along the ties, that lead through the actor; exact up to 2,000 "
        "actors, from then on estimated from 256 starting points.",
    ),
    Definition("reach", "How many others turn to the actor directly or over one person in between."),
    Definition("reciprocity", "Of those the actor turns to, the share who turn to the actor."),
    Definition("community", "Leiden's method for modularity (Traag, Waltman and van Eck 2019), without direction."),
    Definition(
        "spread",
        "Chance that two of the actor's interactions lead into different communities (Guimera and Amaral 2005).",
    ),
    Definition(
        "connector",
        "Betweenness among the highest twentieth, a spread of at least 0.375 (a quarter of the interactions leave the "
        "largest community) and a reciprocity of at least 0.3, all in the networking ties.",
    ),
    Definition(
        "broadcaster",
        f"At least {FEWEST_INTERACTIONS} marketing posts, more than half of all posts, and at most a quarter of the "
        "posts turn to somebody.",
    ),
    Definition(
        "silent", "Actors who react, share or follow, and never post. They are counted, and no ranking lists them."
    ),
    Definition(
        "withheld",
        f"No figure about an actor rests on fewer than {FEWEST_INTERACTIONS} activities or interactions; "
        "such actors are counted and not listed, and drawn as dots of one size without a name. Nor does one about the "
        "effort rest on fewer posts or messages.",
    ),
)
MEANING = (
    "This ranks roles in a network of messages, not people, their work or their worth. Who listens, helps in person, "
    "writes elsewhere or was away is not seen; the labels are a classifier's and err; and what was exported decides "
    "who is there at all. It is no ground for judging or paying anybody. Show it to those whom it shows, and use "
    "pseudonyms (--pseudonyms KEY) wherever names are not needed."
)
