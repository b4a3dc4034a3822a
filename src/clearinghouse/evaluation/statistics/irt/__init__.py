"""Item response: one ability for each model and one difficulty for each task, from who solved what.

``calibrate`` finds both from a table of models and tasks, ``score`` finds abilities under items that are known already,
``linking`` holds versions of a pool together, ``scale`` says them in points.

Models are few and of interest themselves; tasks are many and stand for a population. So abilities are parameters, and
difficulties are drawn: the likelihood of each task is averaged over the distribution of difficulties (marginal maximum
likelihood with random items; De Boeck, Psychometrika 73, 2008). Joint maximum likelihood, which takes every difficulty
as a parameter, has as many parameters as tasks and stretches abilities by about n/(n-1) with n models, however many
tasks there are (Neyman and Scott, Econometrica 16, 1948): by 6.7 % with 16 models.
"""
