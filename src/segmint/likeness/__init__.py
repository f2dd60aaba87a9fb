"""Who is most like some customers: seeds, scores, audiences, reasons and how well hidden seeds are found."""
